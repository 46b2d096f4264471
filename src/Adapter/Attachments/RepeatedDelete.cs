using Bridge.Adapter.Leftovers;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// DEL once more, for plugins that report success while their rules remain: iptables was killed or failed, or their rules are of the other
/// firewall back end.
/// </summary>
internal static class RepeatedDelete
{
    /// <param name="plugins">The plugins.</param>
    /// <param name="delete">Runs DEL.</param>
    /// <param name="look">What remains.</param>
    /// <exception cref="IOException">Something still remains.</exception>
    public static async Task RunAsync(
        NetworkConfiguration plugins, Func<NetworkConfiguration, Task> delete, Func<Task<IReadOnlyList<string>>> look)
    {
        IReadOnlyList<string> left = [];
        foreach (var variant in (NetworkConfiguration[])[plugins, .. FirewallBackends.Of(plugins)])
        {
            await delete(variant);
            left = await look();
            if (left.Count == 0)
                return;
        }

        throw HostLeftovers.Remaining(plugins.Name, left);
    }
}
