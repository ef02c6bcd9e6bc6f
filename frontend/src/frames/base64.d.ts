/** A file's bytes, see frames.ts. */
declare module '*?base64' {
  const bytes: string;
  export default bytes;
}
