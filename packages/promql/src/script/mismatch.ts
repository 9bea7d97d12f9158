/** A script that cannot be read, or an answer that is not the one wanted. Never leaves this folder. */
export class Mismatch extends Error {}
