using System.Collections.Concurrent;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.Networks;

/// <summary>
/// Logs warnings about the file of a CNI network, such as a <c>runtimeConfig</c> that no plugin will receive. Files may change after Docker
/// networks were created for them, so each warning is also logged, once, when a container is attached.
/// </summary>
internal sealed class FileWarnings(ILogger<FileWarnings> logger)
{
    private readonly ConcurrentDictionary<ConfigurationProblem, bool> _logged = new();

    public void LogOnce(NetworkConfiguration network)
    {
        foreach (var warning in network.Warnings.Where(warning => _logged.TryAdd(warning, true)))
            logger.OddConfiguration(warning.File, warning.Message);
    }

    /// <summary>Logs them again: a person who creates a network looks for the reason in the log.</summary>
    public void Log(IEnumerable<ConfigurationProblem> warnings)
    {
        foreach (var warning in warnings.Distinct())
        {
            _logged.TryAdd(warning, true);
            logger.OddConfiguration(warning.File, warning.Message);
        }
    }
}
