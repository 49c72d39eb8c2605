/** Request bodies as the published description writes them, read leniently: unknown members are ignored (acs-facts 2.3). */
import * as z from 'zod';
import { e164Schema, identifierSchema } from '../calls/identifiers.ts';

const url = z.string().max(4096);
const operationContext = z.string().max(4096).optional();
/** Enumerations are matched without case, as samples in use rely on (acs-facts 4.2). */
const oneOf = <const T extends readonly string[]>(...values: T) =>
  z
    .string()
    .max(64)
    .transform((value, context): T[number] => {
      const known = values.find((candidate) => candidate.toLowerCase() === value.toLowerCase());
      if (known !== undefined) return known;
      context.addIssue({ code: 'custom', message: `is not one of ${values.join(', ')}` });
      return z.NEVER;
    });

const operation = { operationContext, operationCallbackUri: url.optional() };
const callerNumber = z.object({ value: e164Schema }).optional();

export const mediaStreamingOptionsSchema = z.object({
  transportType: oneOf('websocket'),
  transportUrl: url,
  contentType: oneOf('audio').optional(),
  audioChannelType: oneOf('mixed', 'unmixed'),
  startMediaStreaming: z.boolean().optional(),
  enableBidirectional: z.boolean().optional(),
  audioFormat: oneOf('pcm16kmono', 'pcm24kmono').optional(),
  enableDtmfTones: z.boolean().optional(),
});

export const answerCallSchema = z.object({
  incomingCallContext: z
    .string()
    .min(1)
    .max(64 * 1024),
  callbackUri: url,
  operationContext,
  mediaStreamingOptions: mediaStreamingOptionsSchema.optional(),
  transcriptionOptions: z.object({}).optional(),
});

export const redirectCallSchema = z.object({
  incomingCallContext: z
    .string()
    .min(1)
    .max(64 * 1024),
  target: identifierSchema,
});

export const rejectCallSchema = z.object({
  incomingCallContext: z
    .string()
    .min(1)
    .max(64 * 1024),
  callRejectReason: oneOf('none', 'busy', 'forbidden').optional(),
});

export const transferSchema = z.object({
  targetParticipant: identifierSchema,
  transferee: identifierSchema.optional(),
  customCallingContext: z
    .object({
      sipHeaders: z
        .record(z.string().max(1024), z.string().max(64 * 1024))
        .nullable()
        .optional(),
    })
    .nullable()
    .optional(),
  sourceCallerIdNumber: callerNumber,
  ...operation,
});

const playSourceSchema = z.object({
  kind: oneOf('file', 'text', 'ssml'),
  file: z.object({ uri: url }).optional(),
  text: z.object({ text: z.string().min(1).max(20_000) }).optional(),
  ssml: z.object({ ssmlText: z.string().min(1).max(40_000) }).optional(),
});

export type WirePlaySource = z.infer<typeof playSourceSchema>;

export const playSchema = z.object({
  playSources: z.array(playSourceSchema).min(1).max(50),
  playTo: z.array(identifierSchema).max(350).optional(),
  interruptCallMediaOperation: z.boolean().optional(),
  playOptions: z.object({ loop: z.boolean() }).optional(),
  ...operation,
});

export const recognizeSchema = z.object({
  recognizeInputType: oneOf('dtmf', 'speech', 'speechOrDtmf', 'choices'),
  playPrompt: playSourceSchema.optional(),
  playPrompts: z.array(playSourceSchema).max(50).optional(),
  interruptCallMediaOperation: z.boolean().optional(),
  recognizeOptions: z.object({
    interruptPrompt: z.boolean().optional(),
    initialSilenceTimeoutInSeconds: z.number().int().min(0).max(300).optional(),
    targetParticipant: identifierSchema,
    dtmfOptions: z
      .object({
        interToneTimeoutInSeconds: z.number().int().min(1).max(60).optional(),
        maxTonesToCollect: z.number().int().min(1).max(1000).optional(),
        stopTones: z.array(z.string().max(16)).max(16).optional(),
      })
      .optional(),
  }),
  ...operation,
});

export const continuousTonesSchema = z.object({ targetParticipant: identifierSchema, ...operation });

export const sendTonesSchema = z.object({
  tones: z.array(z.string().max(16)).min(1).max(100),
  targetParticipant: identifierSchema,
  ...operation,
});

export const mediaStreamingCommandSchema = z.object(operation);

export const startRecordingSchema = z.object({
  callLocator: z
    .object({ kind: z.string().max(64).optional(), serverCallId: z.string().max(4096).optional() })
    .optional(),
  callConnectionId: z.string().max(256).optional(),
  recordingStateCallbackUri: url.optional(),
  recordingContentType: oneOf('audio', 'audioVideo').optional(),
  recordingChannelType: oneOf('mixed', 'unmixed').optional(),
  recordingFormatType: oneOf('wav', 'mp3', 'mp4').optional(),
  channelAffinity: z
    .array(z.object({ channel: z.number().int().min(0).max(4).optional(), participant: identifierSchema }))
    .max(5)
    .optional(),
  audioChannelParticipantOrdering: z.array(identifierSchema).max(5).optional(),
  pauseOnStart: z.boolean().optional(),
  externalStorage: z
    .object({ recordingStorageKind: z.string().max(64), recordingDestinationContainerUrl: url.optional() })
    .optional(),
});
