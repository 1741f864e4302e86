import { tasksContract } from '../../../testkit/contracts/tasks.ts';

tasksContract();
