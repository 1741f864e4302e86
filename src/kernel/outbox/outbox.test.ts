import { outboxContract } from '../../../testkit/contracts/outbox.ts';

outboxContract();
