import {afterEach, expect, it, vi} from 'vitest';
import {onInterrupt, type Interrupt} from '../../src/terminal/interrupt.js';

let interrupt: Interrupt | undefined;
afterEach(() => interrupt?.release());

it('aborts at the first Ctrl-C, and lets any number of calls listen without a warning of Node', async () => {
  const warned = vi.fn();
  process.on('warning', warned);
  interrupt = onInterrupt();
  let heard = 0;
  for (let call = 0; call < 40; call++) interrupt.signal.addEventListener('abort', () => heard++);
  process.emit('SIGINT');
  // Node emits its warnings in the next tick.
  await new Promise(resolve => setImmediate(resolve));
  process.off('warning', warned);
  expect({heard, warnings: warned.mock.calls.length}).toEqual({heard: 40, warnings: 0});
});
