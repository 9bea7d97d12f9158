import type { Call } from '../../http/route.ts'
import { query } from '../../http/route.ts'
import { type FieldParameters, NO_FIELDS } from '../receive/log-request.ts'

/** The parameters by which VictoriaLogs lets senders say how their fields are understood. */
export const FIELD_PARAMETERS = [
  query('_time_field', 'Fields with the time, separated by commas, before those that Weir knows'),
  query('_stream_fields', 'Fields that become labels, in place of those that Weir knows'),
  query('_msg_field', 'Accepted; a line is kept whole and the page finds its message'),
  query('ignore_fields', 'Fields that are not kept'),
  query('extra_fields', 'Kept beside every line: `name=value`, separated by commas'),
]

/** As parameter, or as header: `VL-Time-Field`. */
export function fieldParameters({ params, head }: Call): FieldParameters {
  const list = (parameter: string, header: string): string[] => {
    const given = params.getAll(parameter).join(',') || head.header(header)
    if (given === '') return []
    return given
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .slice(0, LIST_MAX)
  }
  const fields = {
    time: list('_time_field', 'vl-time-field'),
    stream: list('_stream_fields', 'vl-stream-fields'),
    ignored: list('ignore_fields', 'vl-ignore-fields'),
    extra: list('extra_fields', 'vl-extra-fields').flatMap(pair),
  }
  return Object.values(fields).every(({ length }) => length === 0) ? NO_FIELDS : fields
}

const LIST_MAX = 100

function pair(text: string): string[] {
  const at = text.indexOf('=')
  return at < 1 ? [] : [text.slice(0, at), text.slice(at + 1)]
}
