export {defineConfig, type ConfigContext, type ConfigFunction} from './config/define.js';
export type {
  BucketConfig,
  Config,
  ConfigFile,
  DistributionSettings,
  HeaderRule,
  SigningConfig,
  SiteConfig,
} from './config/types.js';
