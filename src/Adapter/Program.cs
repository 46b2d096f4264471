using Bridge.Adapter;
using Bridge.Adapter.Cli;
using Bridge.Adapter.Service;

return await CommandLine.RunAsync(args, static (settings, cancellationToken) =>
{
    ProcessRights.RequireFiles();
    return Daemon.ServeAsync(settings, cancellationToken);
});
