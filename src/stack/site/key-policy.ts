import type {Aws} from '../../aws/index.js';
import type {KeyPolicyStep} from './steps.js';
export async function applyKeyPolicy(_aws: Aws, _step: KeyPolicyStep, _arn: string): Promise<void> {
  await Promise.resolve();
}
