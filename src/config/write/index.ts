/** Config files as text, for people to go on with. */
import {schemaPath, type ConfigText, type WrittenFormat} from './types.js';

export {writtenFormats, type ConfigText, type WrittenFormat} from './types.js';

/** The text of a config file, with a newline at its end. */
export async function configText(format: WrittenFormat, text: ConfigText): Promise<string> {
  switch (format) {
    case 'yaml':
      return (await import('./yaml.js')).yamlText(text);
    case 'ts':
      return (await import('./typescript.js')).typescriptText(text);
    case 'json':
      return `${JSON.stringify({$schema: schemaPath, ...text.config}, undefined, 2)}\n`;
  }
}
