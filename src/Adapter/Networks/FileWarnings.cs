using System.Collections.Concurrent;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.Networks;

/// <summary>
/// What is odd about the file of a CNI network, such as a <c>runtimeConfig</c> that no plugin will be told. Files change after Docker networks were made of them, so it is
/// told when a container comes as well; but for each file once.
/// </summary>
internal sealed class FileWarnings(ILogger<FileWarnings> logger)
{
    private readonly ConcurrentDictionary<ConfigurationProblem, bool> _told = new();

    public void TellOnce(NetworkConfiguration network)
    {
        foreach (var warning in network.Warnings.Where(warning => _told.TryAdd(warning, true)))
            logger.OddConfiguration(warning.File, warning.Message);
    }

    /// <summary>For who asks for a network, and reads the log to see why it is not as it should be.</summary>
    public void Tell(IEnumerable<ConfigurationProblem> warnings)
    {
        foreach (var warning in warnings.Distinct())
        {
            _told.TryAdd(warning, true);
            logger.OddConfiguration(warning.File, warning.Message);
        }
    }
}
