import { app } from '@azure/functions';
import { handlers } from './app/compose.ts';

app.hook.appTerminate(() => handlers.end());
