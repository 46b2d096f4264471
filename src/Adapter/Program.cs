using Bridge.Adapter;
using Bridge.Adapter.Cli;
using Bridge.Adapter.Service;

if (args is [UiCommand.Name, ..])
    FewerRights.KeepNetworkOnly();

return await CommandLine.RunAsync(args, static (settings, cancellationToken) =>
{
    ProcessRights.RequireFiles();
    return Daemon.ServeAsync(settings, cancellationToken);
});
