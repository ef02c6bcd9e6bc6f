/** What the actions of rules are called. */
import type { rules } from '../../backend';

interface ActionWords {
  readonly label: string;
  /** "The rule X … in 3 s." */
  readonly will: string;
}

const words: Readonly<Record<string, ActionWords>> = {
  ask: { label: 'Ask me', will: 'leaves it to you' },
  answer: { label: 'Answer with a result', will: 'answers' },
  defaults: { label: 'Accept with the defaults of the form', will: 'accepts with the defaults' },
  decline: { label: 'Decline', will: 'declines' },
  cancel: { label: 'Cancel', will: 'cancels' },
  error: { label: 'Answer with an error', will: 'answers with an error' },
  malformed: { label: 'Send malformed text', will: 'sends malformed text' },
  sampler: { label: 'Ask the sampler endpoint', will: 'asks the sampler' },
};

export function actionWords(action: string): ActionWords {
  return words[action] ?? { label: action, will: action };
}

/** The actions a question of a method can be answered with. */
export function actionsFor(method: string): string[] {
  return Object.keys(words).filter(
    (a) =>
      (a !== 'defaults' || method === 'elicitation/create' || method === '') &&
      (a !== 'sampler' || method === 'sampling/createMessage' || method === ''),
  );
}

/** A rule to begin with. */
export function newRule(): rules.Rule {
  return {
    id: '',
    name: '',
    enabled: true,
    profile: '',
    method: 'elicitation/create',
    mode: '',
    text: '',
    tool: '',
    action: 'defaults',
    delay: 0,
    content: '{"action":"decline"}',
    code: -1,
    message: 'The user rejected the request.',
    data: '',
    raw: '',
  };
}

/** Which questions a rule takes, and when. */
export function ruleSummary(rule: rules.Rule, nameOf: (id: string) => string): string {
  const parts = [
    rule.method || 'any question',
    rule.mode && `${rule.mode} mode`,
    rule.profile && `of ${nameOf(rule.profile)}`,
    rule.tool && `during ${rule.tool}`,
    rule.text && `with /${rule.text}/`,
    rule.delay > 0 && `after ${String(rule.delay)} ms`,
  ];
  return parts.filter((p) => p !== '' && p !== false).join(', ');
}
