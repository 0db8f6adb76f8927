# Draw docs/pictures anew. The pictures are taken on a POSIX terminal, so this runs scripts/pictures in WSL.
$root = Split-Path -Parent $PSScriptRoot
Push-Location $root
try { wsl.exe sh scripts/pictures @args } finally { Pop-Location }
exit $LASTEXITCODE
