export async function check(_venv: string, _work: string, _form: string): Promise<boolean> {
  return false
}
