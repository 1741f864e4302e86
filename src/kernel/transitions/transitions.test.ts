import { transitionsContract } from '../../../testkit/contracts/transitions.ts';

transitionsContract();
