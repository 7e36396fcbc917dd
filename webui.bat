@echo off
rem Starts Tapestry on Windows. Written with care and not tried yet: reports are welcome.
rem
rem   webui.bat [--install-cuda] [any flag of the server; --help lists them]
rem
rem Flags may also stand in COMMANDLINE_ARGS, in the environment or in webui-user.bat beside this file.
setlocal EnableExtensions EnableDelayedExpansion

set "root=%~dp0"
if "%root:~-1%"=="\" set "root=%root:~0,-1%"
set "runtime=%root%\.runtime"

if exist "%root%\webui-user.bat" call "%root%\webui-user.bat"

rem The user's standing flags come first, so that those of this start win.
set "flags=%COMMANDLINE_ARGS% %*"
set "install_cuda="
set "needs_page=1"
if not "!flags:--install-cuda=!"=="!flags!" set "install_cuda=1"
if not "!flags:--nowebui=!"=="!flags!" set "needs_page="
if not "!flags:--help=!"=="!flags!" set "needs_page="
set "flags=!flags:--install-cuda=!"

call :node_major node
if !major! LSS 24 (
  call :node_major "%runtime%\node_modules\node\bin\node.exe"
  if !major! LSS 24 (
    where npm >nul 2>nul
    if errorlevel 1 (
      echo error: Node.js with npm is missing. Install Node.js 24 or newer from nodejs.org. >&2
      exit /b 1
    )
    echo Fetching Node.js 24 ...
    call npm install --prefix "%runtime%" --ignore-scripts=false --no-audit --no-fund node@24 >nul
    call :node_major "%runtime%\node_modules\node\bin\node.exe"
    if !major! LSS 24 (
      echo error: Node.js 24 could not be fetched from the npm registry. >&2
      exit /b 1
    )
  )
  set "PATH=%runtime%\node_modules\node\bin;!PATH!"
)

rem The stamps are copies of the lock file: one taken when the packages were installed, one when the page was built.
set "installed=%root%\node_modules\.installed-lock"
fc /b "%root%\package-lock.json" "%installed%" >nul 2>nul
if errorlevel 1 (
  echo Installing packages ...
  set "ONNXRUNTIME_NODE_INSTALL=skip"
  pushd "%root%"
  call npm ci --ignore-scripts --no-audit --no-fund
  if errorlevel 1 (
    popd
    echo error: the packages could not be installed. >&2
    exit /b 1
  )
  popd
  copy /y "%root%\package-lock.json" "%installed%" >nul
)

if defined install_cuda (
  echo Fetching onnxruntime's CUDA files ...
  set "ONNXRUNTIME_NODE_INSTALL=cuda12"
  node "%root%\node_modules\onnxruntime-node\script\install.js"
  if errorlevel 1 echo warning: the CUDA files could not be fetched; going on without them
)

rem Batch files have no quick fingerprint of a folder: the page is built once and after each change of the lock.
rem Delete web\out to have it built again.
if defined needs_page (
  fc /b "%root%\package-lock.json" "%root%\web\out\.built-lock" >nul 2>nul
  if errorlevel 1 (
    echo Building the page ...
    set "NEXT_TELEMETRY_DISABLED=1"
    pushd "%root%"
    node node_modules\next\dist\bin\next build web
    if errorlevel 1 (
      popd
      echo error: the page could not be built. --nowebui starts without it. >&2
      exit /b 1
    )
    popd
    copy /y "%root%\package-lock.json" "%root%\web\out\.built-lock" >nul
  )
)

node "%root%\server\main.ts" !flags!
exit /b %errorlevel%

:node_major
set "major=0"
for /f "tokens=1 delims=." %%v in ('^"%1 -p process.versions.node 2^>nul^"') do set "major=%%v"
exit /b 0
