export interface DrawnArrow {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** A Mermaid sequence diagram as it goes when this is the case: of each `alt` the part with this title, or nothing of it. */
export function whenCase(title: string, diagram: string): string {
  let part: 'always' | 'this' | 'another' = 'always';
  const isWanted = (name: string | undefined): 'this' | 'another' => (name === title ? 'this' : 'another');
  return diagram
    .split('\n')
    .filter((line) => {
      const [, word, name] = /^\s*(alt|else|end)\b ?(.*)$/.exec(line) ?? [];
      if (word !== undefined) part = word === 'end' ? 'always' : isWanted(name);
      return word === undefined && part !== 'another';
    })
    .join('\n');
}

/** The arrows of a Mermaid sequence diagram in their order; notes, frames and participants are not arrows. */
export function arrowsOf(diagram: string): readonly DrawnArrow[] {
  return diagram.split('\n').flatMap((line) => {
    const [, from, to, text] = /^\s*(\w+)(?:--?>>|-x)(\w+): (.*)$/.exec(line) ?? [];
    return from === undefined || to === undefined || text === undefined ? [] : [{ from, to, text }];
  });
}

/** The first sequence diagram under a heading of a document. */
export function diagramUnder(heading: string, text: string): string {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  const [, diagram] = /```mermaid\n(sequenceDiagram\n[\s\S]*?)```/.exec(section ?? '') ?? [];
  if (diagram === undefined) throw new Error(`there is no sequence diagram under "${heading}"`);
  return diagram;
}
