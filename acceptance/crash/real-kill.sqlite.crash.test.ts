import { killForReal } from '../../testkit/crash/real-kill.ts';

killForReal('sqlite');
