// same.mjs: gives the event back, all of it.
export const run = async (event) => event;
