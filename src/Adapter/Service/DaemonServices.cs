using Bridge.Adapter.Settings;
using Bridge.Adapter.Telemetry;
using CniInvoker;
using Microsoft.Extensions.Hosting.Internal;

namespace Bridge.Adapter.Service;

/// <summary>Parts of the start of `cnm-cni serve`.</summary>
internal static class DaemonServices
{
    /// <summary>The files that mark both directories as in use by this process: one lock where both are the same directory.</summary>
    /// <exception cref="ServiceException">Another daemon uses one of them.</exception>
    public static IReadOnlyList<DirectoryLock> LockDirectories(AdapterSettings settings)
    {
        var state = DirectoryLock.Take(settings.StateDirectory);
        try
        {
            // A second daemon would delete the namespaces in the run directory: it has no records of them.
            return HostDirectories.IsSame(settings.RunDirectory, settings.StateDirectory)
                ? [state]
                : [state, DirectoryLock.Take(settings.RunDirectory)];
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    /// <exception cref="ServiceException">The file cannot be opened.</exception>
    public static LogFile? OpenLog(string? path)
    {
        try
        {
            return path is null ? null : new LogFile(path, LibC.WriteStandardStreamsTo);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new ServiceException($"The log file {path} cannot be opened: {ErrorDescription.OfFile(unusable)}", unusable);
        }
    }

    public static IServiceCollection AddService(
        this IServiceCollection services, PluginSocket socket, IReadOnlyList<DirectoryLock> locks) => services
        .AddSingleton(socket)
        .AddSingleton<IEnumerable<DirectoryLock>>(locks)
        .AddSingleton<ApplicationLifetime>()
        .AddSingleton<IHostApplicationLifetime>(provider => provider.GetRequiredService<ApplicationLifetime>())
        .AddSingleton<DaemonRun>()
        .AddHostedService<SocketKeeper>()
        .AddHostedService<MetricsServer>();
}
