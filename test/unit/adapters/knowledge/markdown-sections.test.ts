import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markdownSections } from '#adapters/knowledge/markdown-sections';

describe('a Markdown file of the knowledge base', () => {
  it('has a passage for each heading, titled by those above it', () => {
    const { sections } = markdownSections(
      ['Before.', '# Cards', 'All of them.', '## Fees & more', 'None.', '#### Deep', 'x.', '# Other', 'y.'].join('\n'),
    );
    expect(sections).toEqual([
      { title: '', anchor: '', text: 'Before.' },
      { title: 'Cards', anchor: 'cards', text: 'All of them.' },
      { title: 'Cards > Fees & more', anchor: 'fees--more', text: 'None.' },
      { title: 'Cards > Fees & more > Deep', anchor: 'deep', text: 'x.' },
      { title: 'Other', anchor: 'other', text: 'y.' },
    ]);
  });

  it('says its language and its title first', () => {
    const file = markdownSections('---\nlanguage: es-MX\ntitle: Tarjetas\n---\nHola.\n');
    expect(file).toEqual({ language: 'es-MX', sections: [{ title: 'Tarjetas', anchor: '', text: 'Hola.' }] });
    expect(markdownSections('---\n[: broken\n---\nHola.').sections).toMatchObject([{ text: 'Hola.' }]);
  });

  it('becomes sentences that can be heard', () => {
    const text = [
      'Call **us** at [our page](https://contoso.example).',
      '',
      '- Standard: five days',
      '- Express: two days!',
      '',
      '| Card | Fee |',
      '| --- | ---: |',
      '| Gold | $60 |',
      '',
      '```js\n# no heading\n```',
    ].join('\n');
    expect(markdownSections(text).sections).toEqual([
      {
        title: '',
        anchor: '',
        text: 'Call us at our page. Standard: five days. Express: two days! Card, Fee. Gold, $60.',
      },
    ]);
  });

  it('is cut at its paragraphs where a section is long', () => {
    const paragraphs = ['a', 'b', 'c'].map((letter) => `${letter.repeat(400)}.`);
    const { sections } = markdownSections(`# Long\n${paragraphs.join('\n\n')}`);
    expect(sections.map(({ text }) => text)).toEqual(paragraphs);
  });

  it('can be anything at all', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('# a', '---', '```', '| a |', '- b', ''))),
        (lines) => {
          for (const { text } of markdownSections(lines.join('\n')).sections) expect(text).not.toBe('');
        },
      ),
    );
  });
});
