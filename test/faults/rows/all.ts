import { bridgeRows } from './bridge.ts';
import { customerRows } from './customers.ts';
import { frontRows, keyRows } from './front.ts';
import { lineRows } from './line.ts';
import { modelRows } from './model.ts';
import type { RowGroup } from './row.ts';
import { secondRows } from './second.ts';
import { hearingRows, voiceRows } from './speech.ts';
import { storageRows } from './storage.ts';
import { toolRows } from './tool.ts';
import { earlyByeRows, givenUpRows, transferRows } from './transfer.ts';

/** Every failure that is tried, in the order of the document. */
export const rowGroups: readonly RowGroup[] = [
  hearingRows,
  voiceRows,
  modelRows,
  secondRows,
  toolRows,
  customerRows,
  storageRows,
  frontRows,
  keyRows,
  lineRows,
  bridgeRows,
  transferRows,
  earlyByeRows,
  givenUpRows,
];
