import fc from 'fast-check';
import {expect, it, test} from 'vitest';
import {dispositionProblem} from '../../src/config/content-disposition.js';

test.each([
  'inline',
  'attachment',
  'Attachment',
  'attachment; filename=report.pdf',
  'attachment;filename="a b.pdf"',
  'inline; filename="a \\"b\\".pdf"',
  'attachment ; filename="a.pdf" ; filename*=UTF-8\'\'na%C3%AFve.pdf',
  "attachment; FileName*=utf-8'de'%e4%bd%a0.txt",
])('%s is right', value => {
  expect(dispositionProblem(value)).toBeUndefined();
});

test.each([
  ['', 'is neither inline nor attachment'],
  ['download', 'begins with download (allowed are inline and attachment)'],
  ['attachement; filename="a"', 'begins with attachement (did you mean attachment?)'],
  ['form-data; name="a"', 'begins with form-data'],
  ['attachment filename="a"', 'is neither inline nor attachment'],
  ['attachment; filename=My Report.pdf', 'needs quotes (write filename="My Report.pdf")'],
  ['attachment; filename=Größe.pdf', 'needs quotes (write filename="Größe.pdf")'],
  ['attachment; filename="a', 'which is no parameter'],
  ['attachment;', 'which is no parameter'],
  ['attachment; filename="a\r\nSet-Cookie: x"', 'which is no parameter'],
  ['attachment; file-name="a"', 'has the parameter file-name (did you mean filename?)'],
  ['attachment; size=7', 'has the parameter size (allowed are filename and filename*)'],
  ['attachment; filename=a; filename=b', 'names filename more than once'],
  ['attachment; filename=""', 'has an empty file name'],
  ['attachment; filename="../a.pdf"', 'has a folder in its file name'],
  ['attachment; filename="a\\\\b"', 'has a folder in its file name'],
  [
    'attachment; filename="Preise für (alle).pdf"',
    `(write attachment; filename="Preise f_r (alle).pdf"; filename*=UTF-8''Preise%20f%C3%BCr%20%28alle%29.pdf)`,
  ],
  ["attachment; filename*=UTF-8''%ff", 'whose bytes are not UTF-8'],
  ["attachment; filename*=UTF-8''a%2Fb", 'has a folder in its file name'],
  ['attachment; filename*="a"', "not of the form UTF-8''"],
  ["attachment; filename*=ISO-8859-1''a", "not of the form UTF-8''"],
])('%s is refused: %s', (value, clause) => {
  expect(dispositionProblem(value)).toContain(clause);
});

it('what it says to write is right, whatever the file name', () => {
  fc.assert(
    fc.property(fc.string({unit: 'grapheme', minLength: 1}), text => {
      const name = `é${text}`.replace(/[/\\\p{Cc}]/gu, '').replaceAll('"', '\\"');
      const problem = dispositionProblem(`attachment; filename="${name}"`);
      const [, better = 'none'] = / \(write (.*)\)$/.exec(problem ?? '') ?? [];
      expect(better).toMatch(/^[\x20-\x7e]*$/);
      expect(dispositionProblem(better)).toBeUndefined();
    }),
  );
});
