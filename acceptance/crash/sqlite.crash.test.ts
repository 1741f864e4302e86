import { walkFailpoints } from '../../testkit/crash/walk.ts';

await walkFailpoints('sqlite');
