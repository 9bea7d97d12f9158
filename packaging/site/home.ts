import { escaped } from './escaped.ts'
import type { Section } from './nav.ts'
import type { Page } from './page.ts'

/** What a server of files shows where there is nothing; the site is at the root of its host then. */
export const NOWHERE: Page = {
  path: '404',
  title: 'There is no such page',
  html: `<h1>There is no such page</h1>
<p class="lead">It may have another name now. The search above looks through all of them, and so does the menu.</p>
<p class="doors"><a href="index.html">Everything</a><a href="quick-start.html">Quick start</a><a href="errors.html">Errors</a></p>`,
  headings: [],
}

/** The first page: what it is, how it begins, and where everything is. */
export function home(all: readonly Page[], sections: readonly Section[]): Page {
  const lists = sections.map(({ title, pages }) => {
    const items = pages.map(
      (path) =>
        `<li><a href="${path}.html">${escaped(all.find((page) => page.path === path)!.title)}</a></li>`,
    )
    return `<section><h2>${escaped(title)}</h2><ul>${items.join('')}</ul></section>`
  })
  const html = `<h1>Know what your pipelines do</h1>
<p class="lead">Weir takes in metrics and logs of data pipelines, knows Airflow, Flink, Dagger, Dkron, RudderStack and Kafka → Iceberg by heart, and tells somebody before the users notice. One process, in the formats that you have.</p>
<pre tabindex="0"><code>npx @weir/weir serve</code></pre>
<p class="doors"><a href="quick-start.html">Quick start</a><a href="install.html">Install</a><a href="comparison.html">Compare</a></p>
<div class="all">${lists.join('')}</div>`
  return { path: 'index', title: 'Weir', html, headings: [] }
}
