import { databaseContract } from '../../../testkit/contracts/database.ts';

databaseContract();
