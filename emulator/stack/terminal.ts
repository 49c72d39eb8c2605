import path from 'node:path';
import { styleText } from 'node:util';
import type { ScenarioResult } from '../scenario/result.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { StackConfig } from './config.ts';
import type { Stack } from './stack.ts';
import { printLine } from './story/print-line.ts';
import type { StoryLine } from './story/story.ts';

type Style = Parameters<typeof styleText>[0];

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Where there is no terminal, such as in a file. */
const DEFAULT_WIDTH = 120;

/** What `npm start` says to the person in front of it. */
export class Terminal {
  readonly #output: Output;
  readonly #startedAtMs = Date.now();

  constructor(output: Output) {
    this.#output = output;
  }

  starting({ speech, model }: StackConfig): void {
    this.#print(this.#paint('bold', 'Trunkline'), 'on this machine');
    if (speech) this.#print('  speech:', 'Azure', speech['SPEECH_REGION'] ?? speech['SPEECH_ENDPOINT'] ?? '');
    if (model) this.#print('  model: ', 'Azure', model['OPENAI_ENDPOINT'] ?? '');
  }

  progress(what: string): void {
    this.#print(this.#paint('dim', `${this.#seconds().padStart(8)}  ${what}`));
  }

  started({ addresses }: Stack, controlUrl: string, { port, isDefault }: StackConfig['listen']): void {
    this.#print(
      this.#paint('dim', this.#seconds().padStart(8)),
      ` ready: stack at ${controlUrl}, SIP at ${addresses.sip.tcp}`,
    );
    if (isDefault && new URL(controlUrl).port !== String(port)) {
      this.#print(`          port ${port} is taken, perhaps by another stack: this one is at ${controlUrl}`);
    }
  }

  /** What to print the story of one scenario with. */
  story({ description, callers }: Scenario): (line: StoryLine) => void {
    this.#print('', '');
    this.#print(this.#paint('bold', description));
    this.#print('', '');
    const numbered = callers.length > 1 || callers.some(({ copies }) => copies > 1);
    return (line) => {
      const { isTTY: colour = false, columns: width = DEFAULT_WIDTH } = this.#output;
      this.#print(printLine(line, { colour, width, numbered }));
    };
  }

  outcome({ name, passed, failures }: ScenarioResult): void {
    this.#print('', '');
    if (passed) this.#print(this.#paint('green', `${name}: everything expected held`));
    else this.#print(this.#paint('red', `${name}: ${count(failures.length, 'expectation')} did not hold`));
    for (const failure of failures) this.#print(`  ${failure}`);
  }

  files({ calls }: ScenarioResult, logFile: string): void {
    this.#print('', '');
    for (const { wav, diagram } of calls) {
      if (wav !== undefined) this.#print('  recording', relative(wav), '(left: caller, right: agent and person)');
      if (diagram !== undefined) this.#print('  diagram  ', relative(diagram), '(Mermaid)');
    }
    this.#print('  log      ', relative(logFile));
  }

  howToCall({ addresses }: Stack, controlUrl: string): void {
    const { sip, edgeControlUrl } = addresses;
    const example = (text: string): string => this.#paint('bold', text);
    this.#print('', '');
    this.#print('Call again:');
    this.#print(`  ${example('npm run call -- scenarios/keypad-only.yaml')}`);
    this.#print(`  ${example(`curl --data-binary @scenarios/keypad-only.yaml ${controlUrl}/scenarios`)}`);
    this.#print(`With a SIP program of your own: make it known to the edge as a trunk, then dial from it`);
    const announcement = `'{"address":"127.0.0.1","port":5070,"transport":"udp"}'`;
    this.#print(`  ${example(`curl -X PUT ${edgeControlUrl}/trunks/phone.example.test -d ${announcement}`)}`);
    this.#print(`  ${example(`sip:+18005550199@${sip.udp}`)} (udp), ${example(sip.tcp)} (tcp)`);
    this.#print(`Stack: ${controlUrl}   Edge: ${addresses.edgeUrl}, control ${edgeControlUrl}`);
    this.#print(this.#paint('dim', 'Ctrl-C ends everything.'));
  }

  stopping(): void {
    this.#print(this.#paint('dim', 'ending'));
  }

  #seconds(): string {
    return ((Date.now() - this.#startedAtMs) / 1_000).toFixed(3);
  }

  #paint(style: Style, text: string): string {
    return this.#output.isTTY === true ? styleText(style, text, { validateStream: false }) : text;
  }

  #print(...words: readonly string[]): void {
    this.#output.write(`${words.join(' ').trimEnd()}\n`);
  }
}

function relative(file: string): string {
  return path.relative(process.cwd(), file);
}

function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? '' : 's'}`;
}
