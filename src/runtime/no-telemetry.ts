// Keeps ONNX Runtime from reporting to its maker, which its build 1.30.0 for Linux is made to do unless this is set. It must be imported before the library.

process.env.ORT_DISABLE_TELEMETRY = "1";
