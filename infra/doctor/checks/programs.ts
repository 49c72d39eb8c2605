import { reasonOf } from '../../tool/reason-of.ts';
import { broken, well, type Check } from '../check.ts';

/** Whether the functions are up, where the front will report to. */
export function functionsCheck(callbackBaseUrl: string): Check {
  return {
    name: 'functions',
    run: async (signal) => {
      const url = `${callbackBaseUrl}/health`;
      const remedy =
        'see CALLBACK_BASE_URL (https://<app>.azurewebsites.net/api), and the log of the app: a wrong setting stops its start';
      try {
        const response = await fetch(url, { signal });
        const text = (await response.text()).slice(0, 200);
        return response.ok ? well(text) : broken(`${url} answers ${response.status}`, remedy);
      } catch (error) {
        return broken(`${url} does not answer: ${reasonOf(error)}`, remedy);
      }
    },
  };
}

/** Whether a report without a token is refused: a door that lets strangers in is broken too. */
export function callbackDoorCheck(callbackBaseUrl: string): Check {
  return {
    name: 'functions, strangers',
    run: async (signal) => {
      const response = await fetch(`${callbackBaseUrl}/calls/c-00000000000000000000/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '[]',
        signal,
      });
      await response.body?.cancel();
      return response.status === 401
        ? well('refused without a token')
        : broken(
            `a report without a token is answered with ${response.status}`,
            'something before the app answers in its place, or it is another app: see CALLBACK_BASE_URL',
          );
    },
  };
}

/** Whether the bridge takes calls, where the front will bring the audio. */
export function bridgeCheck(mediaBaseUrl: string): Check {
  return {
    name: 'media bridge',
    run: async (signal) => {
      const url = `${mediaBaseUrl.replace(/^ws/, 'http')}/healthz`;
      const remedy = 'see MEDIA_BASE_URL (wss://<bridge>), and the log of the bridge: a wrong setting stops its start';
      try {
        const response = await fetch(url, { signal });
        const text = (await response.text()).slice(0, 200);
        if (response.ok) return well(text);
        return response.status === 503
          ? broken(`drains: ${text}`, 'it takes no new calls; wait for the new replica, or look why it was told to end')
          : broken(`${url} answers ${response.status}`, remedy);
      } catch (error) {
        return broken(`${url} does not answer: ${reasonOf(error)}`, remedy);
      }
    },
  };
}

/** Whether Event Grid would be believed: the app has to give its word back. */
export function subscriptionCheck(webhook: string): Check {
  return {
    name: 'Event Grid subscription',
    run: async (signal) => {
      const validationCode = 'trunkline-doctor';
      const response = await fetch(webhook, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'aeg-event-type': 'SubscriptionValidation' },
        body: JSON.stringify([
          {
            id: 'doctor',
            topic: 'doctor',
            subject: '',
            eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
            eventTime: new Date().toISOString(),
            dataVersion: '1',
            metadataVersion: '1',
            data: { validationCode },
          },
        ]),
        signal,
      });
      const text = await response.text();
      if (response.status === 401 || response.status === 403)
        return broken(
          `the key is refused with ${response.status}`,
          'take the key "eventgrid_extension" of the app again (az functionapp keys list)',
        );
      return response.status === 200 && text.includes(validationCode)
        ? well('a subscription would be validated')
        : broken(
            `answers ${response.status} and not the validation code`,
            'see that the address names the function incomingCall of this app',
          );
    },
  };
}
