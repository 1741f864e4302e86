/** Native routes: byte streams and sign-in. Everything else is the AWS API. */
export const NATIVE_PATH = '/_pipewright';
export const CONSOLE_PATH = `${NATIVE_PATH}/console/`;
