import type { core } from '../../../wailsjs/go/models';

const dir = 'skill://sample/level-report';
const hash = (c: string): string => `sha256:${c.repeat(64)}`;

/** The skills of the twin: a sound one, one whose file was changed, and a malformed entry. */
const files: core.SkillFile[] = [
  { uri: `${dir}/SKILL.md`, path: 'SKILL.md', digest: hash('a'), size: 320 },
  { uri: `${dir}/references/UNITS.md`, path: 'references/UNITS.md', digest: hash('b'), size: 64 },
];

export const fakeSkills: core.Skill[] = [
  {
    index: 0,
    uri: `${dir}/SKILL.md`,
    name: 'level-report',
    summary: 'Write a short report of a water level',
    files: 2,
    size: 384,
    dynamic: false,
    shared: false,
    findings: 0,
  },
  {
    index: 1,
    uri: 'skill://broken/SKILL.md',
    name: '',
    summary: '',
    files: 0,
    size: 0,
    dynamic: false,
    shared: false,
    findings: 1,
    problem: 'frontmatter has no name.',
  },
];

export function fakeSkillDetail(index: number): core.SkillDetail | undefined {
  const skill = fakeSkills[index];
  if (!skill) return undefined;
  return {
    skill,
    description: skill.summary,
    frontmatter: JSON.stringify({ name: skill.name, description: skill.summary }),
    files: index === 0 ? files : [],
    findings: index === 0 ? [] : ['1 of its files are not described as they must be.'],
    raw: '{}',
  };
}

/** SKILL.md is what the entry says; the other file was changed. */
export function fakeSkillChecks(uri: string): core.SkillCheck[] {
  const check = (what: string, text: string): core.SkillCheck => ({
    what,
    state: 'ok',
    text,
    want: '',
    got: '',
    diffs: [],
  });
  const good = [check('listed', 'The entry lists this file.'), check('size', 'The size is the one listed.')];
  if (uri.endsWith('/SKILL.md'))
    return [
      ...good,
      check('digest', 'The digest is the one listed.'),
      check('frontmatter', 'It is that of the entry.'),
    ];
  return [
    ...good,
    {
      ...check('digest', 'The content is not what the entry describes.'),
      state: 'failed',
      want: hash('b'),
      got: hash('c'),
    },
  ];
}

/** The answer to skills/get, compared with the list. */
export function fakeSkillEntry(input: core.SkillInput): core.SkillEntry {
  const listed = fakeSkills.some((s) => s.uri === input.skill);
  const detail = fakeSkillDetail(0);
  const diffs = listed ? [] : [{ path: 'uri', listed: '', read: input.skill }];
  return { call: input.call, seq: 0, took: 900, listed, same: listed, diffs, ...(detail ? { detail } : {}) };
}

const child = { mimeType: 'text/markdown', directory: false, listed: true };

/** A directory with a file that the entry does not have. */
export const fakeSkillDirectory: core.SkillDirectory = {
  seqs: [],
  children: [
    { ...child, uri: 'skill://sample/level-report/SKILL.md', name: 'SKILL.md' },
    { ...child, uri: 'skill://sample/level-report/new.md', name: 'new.md', listed: false },
  ],
  missing: [],
  findings: [],
};
