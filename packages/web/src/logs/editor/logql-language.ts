import { parser } from '@grafana/lezer-logql'
import { LRLanguage } from '@codemirror/language'
import { styleTags, tags } from '@lezer/highlight'

/** LogQL's grammar in the colours that PromQL has. */
export const logqlLanguage = LRLanguage.define({
  name: 'logql',
  parser: parser.configure({
    props: [
      styleTags({
        String: tags.string,
        'Number Duration Bytes': tags.number,
        LineComment: tags.lineComment,
        'Identifier LabelName': tags.labelName,
        'RangeOp/... VectorOp/... LabelAggOp/... ConvOp/... LabelReplace Vector': tags.function(
          tags.variableName,
        ),
        'Json Logfmt Unpack Pattern Regexp Unwrap LabelFormat LineFormat Decolorize Drop Keep':
          tags.keyword,
        'By Without And Or Unless On Ignoring GroupLeft GroupRight Bool Offset Ip': tags.keyword,
        'Eq Neq Re Nre Gtr Gte Lss Lte Eql': tags.operator,
        'PipeExact PipeMatch PipePattern Npa Pipe Add Sub Mul Div Mod Pow': tags.operator,
        ParserFlag: tags.keyword,
        '⚠': tags.invalid,
      }),
    ],
  }),
  languageData: {
    commentTokens: { line: '#' },
    closeBrackets: { brackets: ['(', '[', '{', '"', '`'] },
  },
})
