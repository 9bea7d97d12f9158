// Runs before the first paint, so that a dark page never flashes white. Mantine keeps the choice here.
{
  let choice = 'auto'
  try {
    choice = localStorage.getItem('mantine-color-scheme-value') ?? 'auto'
  } catch {
    // Storage may be forbidden; then the system decides.
  }
  const dark =
    choice === 'auto' ? matchMedia('(prefers-color-scheme: dark)').matches : choice === 'dark'
  document.documentElement.dataset.mantineColorScheme = dark ? 'dark' : 'light'
  document.documentElement.style.background = dark ? '#0d1619' : '#f5f7f6'
}
