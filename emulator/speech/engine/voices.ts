/** The voices compiled into the engine that speak at 16 kHz: `slt` is a woman, the others are men, `kal16` the oldest, fastest and roughest. */
export const FLITE_VOICES = ['slt', 'rms', 'awb', 'kal16'] as const;
export type FliteVoice = (typeof FLITE_VOICES)[number];

/** What an emulated caller sounds like unless the scenario says otherwise; the agent's default is `slt`, so that a recording tells them apart. */
export const CALLER_VOICE: FliteVoice = 'rms';
const AGENT_VOICE: FliteVoice = 'slt';

const MALE_AZURE_VOICES: Readonly<Record<string, FliteVoice>> = {
  andrew: 'awb',
  brian: 'awb',
  christopher: 'rms',
  davis: 'awb',
  eric: 'rms',
  guy: 'rms',
  jason: 'awb',
  ryan: 'awb',
  thomas: 'rms',
  tony: 'kal16',
};

function isFliteVoice(name: string): name is FliteVoice {
  return (FLITE_VOICES as readonly string[]).includes(name);
}

/** Any name gives a voice: `rms`, `en-US-GuyNeural`, `en-US-Andrew:DragonHDLatestNeural`, or one nobody has heard of. */
export function voiceNamed(name: string | undefined): FliteVoice {
  if (name === undefined) return AGENT_VOICE;
  if (isFliteVoice(name)) return name;
  const person = /^[a-z]{2,3}-[A-Za-z]{2,4}-([A-Za-z]+?)(?:Multilingual|Neural|Turbo|:|$)/
    .exec(name)?.[1]
    ?.toLowerCase();
  return (person === undefined ? undefined : MALE_AZURE_VOICES[person]) ?? AGENT_VOICE;
}
