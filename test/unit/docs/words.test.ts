import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';

/** Phrases that a reader has to read twice, each with an example; say it in the field's terms instead. */
const phrases: readonly (readonly [phrase: RegExp, example: string])[] = [
  [/\btold\b/i, 'the client is told'],
  [/\btell(s|ing)? of\b/i, 'the log tells of it'],
  [/\bunless given\b/i, 'any port unless given'],
  [/(?<!-)\b(anybody|nobody|somebody|whoever)\b(?!-)/i, 'Whoever calls it'],
  [/\blet(s|ting)? go\b/i, 'it lets go of the connection'],
  [/\b(gave|given|gives?|giving) up\b/i, 'ticketd gives up on Redis'],
  [/\b(go|goes|going|went) on\b/i, 'Going on without Redis'],
  [/\b(bear|bearing|bears|bore|borne)\b/i, 'every response bears it'],
  [/\b(held|holds?|holding) (\w+ )?headers?\b/i, 'a request that holds a header'],
  [/\b(stands?|standing|stood) (before|for)\b/i, 'a proxy that stands before it'],
  [/\bin heaps\b/i, 'Bad credentials in heaps'],
  [/\bcrowds?\b/i, 'a crowd of clients'],
  [/\b(reckon(ed|s)?|mend(ed|ing|s)?|lest)\b/i, 'lest it mend'],
  [/\bat once\b/i, 'a thousand requests at once'],
  [/\b(takes?|taking|took) no notice\b/i, 'it takes no notice of it'],
  [/\bputs? up with\b/i, 'it puts up with a slow client'],
  [/\bwhat (comes|is kept)\b/i, 'what is kept in Redis'],
  [/\banswers? of Redis\b|\bRedis['’]s? answers?\b/i, 'the answer of Redis'],
  [/\bin truth\b/i, 'in truth'],
  [/\bon paper\b/i, 'on paper'],
  [/\bunseen\b/i, 'Request refused unseen'],
];

// CHANGELOG.md quotes texts of earlier versions.
const VISIBLE = ['*.md', 'bin', 'ops', 'src', ':!CHANGELOG.md'];

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...VISIBLE])
  .toString()
  .trim()
  .split('\n');

// A phrase may continue on the next line of a paragraph or of a comment.
const joined = (text: string): string => text.replaceAll(/\s*\n\s*(?:(?:\/\/|\*|#) )?/g, ' ');

const findingsIn = (text: string): readonly string[] =>
  phrases.flatMap(([phrase]) => {
    const found = new RegExp(`.{0,30}${phrase.source}.{0,30}`, 'gi');
    return [...joined(text).matchAll(found)].map(([context]) => context);
  });

describe('texts that users read', () => {
  it('have no phrase that has to be read twice', () => {
    expect(files).to.include.members(['README.md', 'src/log/events.ts', 'ops/openapi/ticketd.yaml']);
    const findings = files.map((file) => [file, findingsIn(readFileSync(file, 'utf8'))] as const);
    expect(findings.filter(([, lines]) => lines.length > 0)).to.deep.equal([]);
  });

  it('would be found with any of them', () => {
    for (const [phrase, example] of phrases)
      for (const text of [example, example.replaceAll(' ', '\n'), example.replaceAll(' ', '\n   * ')])
        expect(findingsIn(`x\n ${text}.\n`), `${phrase} in ${text}`).to.have.lengthOf(1);
  });
});
