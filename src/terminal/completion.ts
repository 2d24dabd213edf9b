/** Completion scripts for bash, zsh and fish: static text made of what the commands declare, so TAB never starts Node. */
import type {Command, Interfaces} from '@oclif/core';

/** What is completed; oclif's `Config` is one. Command ids are `topic:command`. */
export interface Program {
  readonly bin: string;
  readonly topics: readonly Interfaces.Topic[];
  readonly commands: readonly Pick<
    Command.Cached,
    'id' | 'hidden' | 'summary' | 'description' | 'args' | 'flags'
  >[];
}

interface Option {
  /** All spellings: `--config` and `-c`. */
  readonly spelled: readonly string[];
  readonly summary: string;
  /** undefined: takes no value; empty: any value, file names are offered. */
  readonly values: readonly string[] | undefined;
  readonly multiple: boolean;
}

/** What may follow some words: of nothing (the root), `local`, `local start`. */
interface Place {
  readonly id: string;
  /** Id of the place before its last word; the root has none. */
  readonly parent: string | undefined;
  readonly word: string;
  readonly summary: string;
  readonly options: readonly Option[];
  /** undefined: takes no arguments; empty: any, file names are offered. */
  readonly words: readonly string[] | undefined;
}

type Described =
  {readonly summary?: string | undefined; readonly description?: string | undefined} | undefined;

const firstLine = (of: Described) => (of?.summary ?? of?.description ?? '').replace(/\n.*/s, '');

function switchOf(name: string, summary: string): Option {
  return {spelled: [`--${name}`], summary, values: undefined, multiple: false};
}

function optionsOf([name, flag]: [string, Command.Flag.Cached]): Option[] {
  const spelled = [`--${name}`, ...(flag.char === undefined ? [] : [`-${flag.char}`])];
  const summary = firstLine(flag);
  if (flag.type !== 'boolean') {
    return [{spelled, summary, values: flag.options ?? [], multiple: flag.multiple === true}];
  }
  const no = flag.allowNo ? [switchOf(`no-${name}`, `The opposite of --${name}.`)] : [];
  return [{...switchOf(name, summary), spelled}, ...no];
}

/** The tree of all words that lead to a command, the root first; what is hidden is left out. */
function places({topics, commands}: Program): Place[] {
  const closed = topics.filter(({hidden}) => hidden === true).map(({name}) => `${name}:`);
  const open = commands.filter(({id, hidden}) => !hidden && !closed.some(topic => id.startsWith(topic)));
  const ids = open.flatMap(({id}) => id.split(':').map((_, i, all) => all.slice(0, i + 1).join(':')));
  return ['', ...new Set(ids.sort())].map(id => {
    const command = open.find(each => each.id === id);
    const flags = Object.entries(command?.flags ?? {}).filter(([, flag]) => flag.hidden !== true);
    const args = Object.values(command?.args ?? {}).filter(arg => arg.hidden !== true);
    const words = id.split(':');
    const help = switchOf('help', 'Show help.');
    return {
      id: words.join(' '),
      parent: id === '' ? undefined : words.slice(0, -1).join(' '),
      word: words.at(-1) ?? '',
      summary: firstLine(command) || firstLine(topics.find(({name}) => name === id)),
      options: [
        ...flags.flatMap(optionsOf),
        ...(id === '' ? [help, switchOf('version', 'Show the version.')] : [help]),
      ],
      words: args.length === 0 ? undefined : args.flatMap(arg => arg.options ?? []),
    };
  });
}

/** In single quotes, as bash and zsh read them. */
const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
const list = (all: readonly string[] = []): string => quote(all.join(' '));
const idsIn = (all: readonly Place[]): string[] => all.slice(1).map(({id}) => quote(id));

function bash(bin: string, all: readonly Place[]): string {
  const offer = (words: readonly string[] | undefined) =>
    `words=${list(words)} files=${words?.length === 0 ? 'yes' : 'no'}`;
  const cases = all.map(({id, options, words}) => {
    const next = all.filter(({parent}) => parent === id).map(({word}) => word);
    const values = options
      .filter(option => option.values !== undefined)
      .map(option => `\n        ${option.spelled.join(' | ')}) value=yes ${offer(option.values)} ;;`);
    return `    ${quote(id)})
      next=${list(next)} ${offer(words)}
      flags=${list(options.flatMap(({spelled}) => spelled))}
      case $ended$before in${values.join('')}
      esac ;;`;
  });
  return `# bash completion for ${bin}
_${bin}() {
  local IFS=$' \\t\\n' word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} id='' i=1 j
  local next='' words='' files='' flags='' value='' ended=''
  # To bash, --flag=value is three words.
  if [[ $word == '=' ]]; then word=''
  elif [[ $before == '=' ]]; then before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for (( ; i < COMP_CWORD; i++ )); do
    case "\${id:+$id }\${COMP_WORDS[i]}" in
      ${idsIn(all).join(' | ')}) id="\${id:+$id }\${COMP_WORDS[i]}" ;;
      *) break ;;
    esac
  done
  for (( j = i; j < COMP_CWORD; j++ )); do [[ \${COMP_WORDS[j]} != -- ]] || ended=yes; done
  case $id in
${cases.join('\n')}
  esac
  if [[ -z $value$ended && $word == -* ]]; then words=$flags files=no
  elif (( i == COMP_CWORD )); then words="$next $words"
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  # bash 3 has no compopt: there, file names stand in for what has no other completion.
  [[ $files == yes ]] || compopt +o bashdefault +o default 2>/dev/null || true
}
complete -o bashdefault -o default -F _${bin} ${bin}
`;
}

function zsh(bin: string, all: readonly Place[]): string {
  const text = (value: string) => value.replaceAll(/[\\[\]:]/g, String.raw`\$&`);
  const value = (name: string, values: readonly string[]) =>
    `:${text(name)}:${values.length === 0 ? '_files' : `(${values.join(' ')})`}`;
  const specs = ({spelled, summary, values, multiple}: Option) =>
    spelled.map(flag => {
      const assigned = values === undefined ? '' : flag.startsWith('--') ? '=' : '+';
      const once = multiple ? '*' : `(${spelled.join(' ')})`;
      return `${once}${flag}${assigned}[${text(summary)}]${values === undefined ? '' : value(spelled.join(' '), values)}`;
    });
  const cases = all.map(({id, options, words}) => {
    const next = all
      .filter(({parent}) => parent === id)
      .map(({word, summary}) => quote(`${word}:${summary}`));
    const lines = [
      ...options.flatMap(specs),
      ...(words === undefined ? [] : [`*${value('argument', words)}`]),
    ];
    return `    (${quote(id)})
      next=(${next.join(' ')})
      specs=(${lines.map(spec => `\n        ${quote(spec)}`).join('')}
      ) ;;`;
  });
  return `#compdef ${bin}
_${bin}() {
  local id='' i=2 ret=1
  local -a next specs
  for (( ; i < CURRENT; i++ )); do
    case "\${id:+$id }\${words[i]}" in
      (${idsIn(all).join(' | ')}) id="\${id:+$id }\${words[i]}" ;;
      (*) break ;;
    esac
  done
  case $id in
${cases.join('\n')}
  esac
  if (( i == CURRENT && $#next )); then _describe command next && ret=0; fi
  shift $(( i - 2 )) words; (( CURRENT -= i - 2 ))
  _arguments -s -S : $specs && ret=0
  return ret
}
if [[ $funcstack[1] == _${bin} ]]; then _${bin} "$@"; else compdef _${bin} ${bin}; fi
`;
}

function fish(bin: string, all: readonly Place[]): string {
  const text = (value: string) => `'${value.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
  const flag = (spelled: string) => spelled.replace(/^--/, '-l ').replace(/^-(?=.$)/, '-s ');
  const at = (id: string, next = '') => `complete -c ${bin} -n "__${bin}_at '${id}'${next}"`;
  const offer = (values: readonly string[]) =>
    values.length === 0 ? '-F' : `-f -a ${text(values.join(' '))}`;
  const lines = all.flatMap(({id, parent, word, summary, options, words}) => [
    ...(parent === undefined ? [] : [`${at(parent, ' next')} -a ${word} -d ${text(summary)}`]),
    ...(words === undefined ? [] : [`${at(id)} ${offer(words)}`]),
    ...options.map(option => {
      const value = option.values === undefined ? '' : ` -r ${offer(option.values)}`;
      return `${at(id)} ${option.spelled.map(flag).join(' ')}${value} -d ${text(option.summary)}`;
    }),
  ]);
  return `# fish completion for ${bin}
function __${bin}_at
    set -l words (commandline -opc)
    set -e words[1]
    set -l id
    while set -q words[1]; and contains -- (string join ' ' -- $id $words[1]) ${idsIn(all).join(' ')}
        set -a id $words[1]
        set -e words[1]
    end
    test "$id" = "$argv[1]"; and test "$argv[2]" != next -o (count $words) -eq 0
end
complete -c ${bin} -f
${lines.join('\n')}
`;
}

const generators = {bash, zsh, fish};
export type Shell = keyof typeof generators;
export const shells: readonly Shell[] = ['bash', 'zsh', 'fish'];

/**
 * The script for a shell to evaluate. It completes topics, commands, flags and fixed values, and offers file names for
 * other values and arguments.
 */
export function completionScript(shell: Shell, program: Program): string {
  return generators[shell](program.bin, places(program));
}
