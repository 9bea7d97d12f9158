import type { Labels } from '../api/prometheus.ts'

/** Labels, a tag each. */
export function LabelTags({ labels }: { readonly labels: Labels }): React.JSX.Element {
  return (
    <div className="label-tags">
      {Object.entries(labels).map(([name, value]) => (
        <span className="tag" key={name}>
          {name}={value}
        </span>
      ))}
    </div>
  )
}
