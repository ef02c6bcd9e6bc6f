import type { core } from '../../../wailsjs/go/models';

/** URI templates for the twin: enough of RFC 6570 to look at and to test with. Go has all of it. */

const expression = /\{([+#./;?&]?)([^{}]*)\}/g;

export function templateVariables(template: string): { variables: core.TemplateVariable[]; problem: string } {
  if (/[{}]/.test(template.replaceAll(expression, ''))) return { variables: [], problem: 'a brace is not closed' };
  const variables = [...template.matchAll(expression)].flatMap(([, operator = '', names = '']) =>
    names.split(',').map((name) => ({
      name: name.replace(/\*$|:\d+$/, ''),
      operator,
      explode: name.endsWith('*'),
      prefix: Number(/:(\d+)$/.exec(name)?.[1] ?? 0),
    })),
  );
  return { variables, problem: '' };
}

export function fakeExpand(template: string, values: core.TemplateValue[]): core.Expansion {
  const { problem } = templateVariables(template);
  if (problem) return { uri: '', parts: [], missing: [], problem };
  const parts: core.ExpansionPart[] = [];
  let last = 0;
  const literal = (to: number): void => {
    const raw = template.slice(last, to);
    if (raw) parts.push({ raw, text: raw, variables: [], missing: [] });
  };
  for (const match of template.matchAll(expression)) {
    literal(match.index);
    last = match.index + match[0].length;
    const [raw, operator = '', names = ''] = match;
    const variables = names.split(',').map((name) => name.replace(/\*$|:\d+$/, ''));
    const given = variables.flatMap((name) => values.find((v) => v.name === name) ?? []);
    parts.push({
      raw,
      text: given.map((v, i) => written(operator, v, i)).join(''),
      variables,
      missing: variables.filter((name) => !given.some((v) => v.name === name)),
    });
  }
  literal(template.length);
  return { uri: parts.map((p) => p.text).join(''), parts, missing: parts.flatMap((p) => p.missing), problem: '' };
}

function written(operator: string, value: core.TemplateValue, index: number): string {
  const all = value.list.length > 0 ? value.list : [value.text];
  const safe = all.map((text) => (operator === '+' || operator === '#' ? text : encodeURIComponent(text)));
  const first = index === 0;
  if (operator === '/') return safe.map((text) => `/${text}`).join('');
  if (operator === '?' || operator === '&')
    return `${first && operator === '?' ? '?' : '&'}${value.name}=${safe.join(',')}`;
  return `${first ? operator.replace('+', '') : ','}${safe.join(',')}`;
}
