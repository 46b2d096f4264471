namespace CniInvoker;

/// <summary>Runs one plugin once. The one seam between the protocol and the operating system.</summary>
public interface IPluginExecutor
{
    /// <summary>Starts the plugin, hands it its configuration and collects what it says.</summary>
    /// <returns>What came of it, also when the plugin failed or was ended at its deadline.</returns>
    /// <exception cref="CniException">The plugin could not be run, or said more than can be kept.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the plugin and its children have been ended.</exception>
    Task<PluginOutput> ExecuteAsync(PluginRequest request, CancellationToken cancellationToken);
}
