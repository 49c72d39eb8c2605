import { WATCHDOG_QUEUE } from '#adapters/storage/queue-watchdog';
import { app } from '@azure/functions';
import { handlers } from './app/compose.ts';

app.storageQueue('watchdog', {
  queueName: WATCHDOG_QUEUE,
  connection: 'AzureWebJobsStorage',
  handler: handlers.watchdog,
});
