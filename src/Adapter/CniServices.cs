using Bridge.Adapter.Directories;
using Bridge.Adapter.History;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter;

/// <summary>The library: where it finds networks and plugins, and how it runs them.</summary>
internal static class CniServices
{
    public static IServiceCollection AddCni(this IServiceCollection services, AdapterSettings settings) => services
        .AddSingleton(provider =>
        {
            var directories = provider.GetRequiredService<DirectoryDiscovery>();
            return new ConfigurationDirectory(() => directories.Current.ConfigurationDirectories);
        })
        .AddSingleton(provider =>
        {
            var directories = provider.GetRequiredService<DirectoryDiscovery>();
            return new PluginPath(() => directories.Current.PluginDirectories);
        })
        .AddSingleton(settings.Timeouts.Deadlines)
        .AddSingleton<PluginPriority>()
        .AddSingleton<IPluginExecutor>(provider => ActivatorUtilities.CreateInstance<TimedExecutor>(
            provider,
            new RecordedExecutor( // It does not see the variables of the settings, which may be secrets.
                new RequestExecutor(
                    new PluginProcess(provider.GetRequiredService<TimeProvider>(), settings.PluginOutputLimit),
                    settings.PluginEnvironment, provider.GetRequiredService<PluginPriority>()),
                provider.GetRequiredService<HistoryLog>(),
                provider.GetRequiredService<TimeProvider>())))
        .AddSingleton(provider => new OperationLocks(settings.CniLock, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton(provider => new CniRuntime(
            provider.GetRequiredService<IPluginExecutor>(),
            provider.GetRequiredService<PluginPath>(),
            settings.Timeouts.Deadlines,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<OperationLocks>(),
            versionDirectory: settings.VersionDirectory));
}

/// <summary>
/// Completes the request to a plugin: the environment variables of the settings, which replace those of the same name, and the priority
/// of the work that it belongs to.
/// </summary>
internal sealed class RequestExecutor(IPluginExecutor executor, IReadOnlyDictionary<string, string> variables, PluginPriority priority)
    : IPluginExecutor
{
    public Task<PluginOutput> ExecuteAsync(PluginRequest request, CancellationToken cancellationToken) => executor.ExecuteAsync(
        request with
        {
            Niceness = priority.Niceness,
            Environment = variables.Count == 0
                ? request.Environment
                : [.. request.Environment.Where(variable => !variables.ContainsKey(variable.Key)), .. variables],
        },
        cancellationToken);
}
