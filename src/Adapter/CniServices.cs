using Bridge.Adapter.Settings;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter;

/// <summary>The library: where it finds networks and plugins, and how it runs them.</summary>
internal static class CniServices
{
    public static IServiceCollection AddCni(this IServiceCollection services, AdapterSettings settings) => services
        .AddSingleton(new ConfigurationDirectory(settings.ConfigurationDirectory))
        .AddSingleton(new PluginPath(settings.PluginDirectories))
        .AddSingleton(settings.Timeouts.Deadlines)
        .AddSingleton<IPluginExecutor>(provider => ActivatorUtilities.CreateInstance<TimedExecutor>(
            provider,
            new EnvironmentExecutor(
                new PluginProcess(provider.GetRequiredService<TimeProvider>(), settings.PluginOutputLimit), settings.PluginEnvironment)))
        .AddSingleton(provider => new OperationLocks(settings.CniLock, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<CniRuntime>();
}

/// <summary>Adds environment variables to every run of a plugin; they replace those of the same name.</summary>
internal sealed class EnvironmentExecutor(IPluginExecutor executor, IReadOnlyDictionary<string, string> variables) : IPluginExecutor
{
    public Task<PluginOutput> ExecuteAsync(PluginRequest request, CancellationToken cancellationToken) => executor.ExecuteAsync(
        variables.Count == 0
            ? request
            : request with { Environment = [.. request.Environment.Where(variable => !variables.ContainsKey(variable.Key)), .. variables] },
        cancellationToken);
}
