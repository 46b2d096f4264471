using Bridge.Adapter;
using Bridge.Adapter.Cli;

return await CommandLine.RunAsync(args, Daemon.ServeAsync);
