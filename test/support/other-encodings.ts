/** The text as bytes that are not UTF-8, by what an error message must name. */
export const otherEncodings = (text: string): readonly (readonly [encoding: string, bytes: Buffer])[] => {
  const littleEndian = Buffer.from(`\uFEFF${text}`, 'utf16le');
  const utf32 = Buffer.from(
    Uint32Array.from([...`\uFEFF${text}`], (character) => character.codePointAt(0) ?? 0).buffer,
  );
  return [
    ['UTF-16', littleEndian],
    ['UTF-16', Buffer.from(littleEndian).swap16()],
    ['UTF-16', littleEndian.subarray(2)],
    ['UTF-16', Buffer.from(littleEndian).swap16().subarray(2)],
    ['UTF-32', utf32],
    ['UTF-32', Buffer.from(utf32).swap32()],
    ['bytes that are not UTF-8', Buffer.from(`${text}ü`, 'latin1')],
    ['bytes that are not UTF-8', Buffer.concat([Buffer.from(text), Buffer.from([0xc0, 0x80])])],
  ];
};
