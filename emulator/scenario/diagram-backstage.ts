import type { Arrow } from './diagram.ts';
import type { LogLine } from './surroundings.ts';

/** What one log line of the backend or the edge adds to the diagram; nothing for most. SIP and words are drawn from what the enterprise saw. */
export function backstageArrow(line: LogLine): Arrow | undefined {
  const word = (name: string): string => {
    const value = line[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  switch (line['msg']) {
    case 'event delivered':
      return { from: 'edge', to: 'functions', kind: 'request', text: `Event Grid ${short(word('eventType'))}` };
    case 'callback delivered':
      return { from: 'edge', to: 'functions', kind: 'request', text: short(word('eventType')) };
    case 'call automation request': {
      const operation = word('operation');
      const kind = Number(word('status')) < 400 ? 'request' : 'refused';
      return { from: askerOf(operation), to: 'edge', kind, text: `${operation} (${word('status')})` };
    }
    case 'media connected':
      return { from: 'edge', to: 'bridge', kind: 'request', text: 'media socket: token and ticket hold' };
    case 'media closed':
      return { from: 'bridge', to: 'bridge', kind: 'request', text: `media session ended: ${word('reason')}` };
    case 'interruption':
      return { from: 'bridge', to: 'edge', kind: 'request', text: 'StopAudio' };
    case 'tool called':
      return { from: 'model', to: 'bridge', kind: 'response', text: `calls ${word('name')}` };
    case 'transfer outcome':
      return { from: 'bridge', to: 'bridge', kind: 'request', text: `transfer ${word('result')} ${word('code')}` };
    case 'call moved':
      return { from: 'functions', to: 'functions', kind: 'request', text: `${word('fromPhase')} → ${word('toPhase')}` };
    default:
      return undefined;
  }
}

/** The log says what was asked, not by whom: before the conversation it is the control plane, in it the bridge. */
function askerOf(operation: string): 'functions' | 'bridge' {
  return /answer|redirect|reject|startMedia|play|getCall/i.test(operation) ? 'functions' : 'bridge';
}

function short(eventType: string): string {
  return eventType.replace('Microsoft.Communication.', '');
}
