using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Reachability;

/// <summary>
/// A namespace attached to a CNI network as a pod's runtime and <c>cnm-cni cni add</c> attach one. Its record, among those of
/// <c>cnm-cni cni</c>, and the mount of its namespace show a later run what a killed one left.
/// </summary>
/// <param name="client">Keeps the record.</param>
/// <param name="directory">Of cnm-cni alone.</param>
internal sealed class TrialPod(CniClient client, string directory)
{
    public const string InterfaceName = "eth0";

    private const string IdPrefix = "cnm-cni-test-";
    private const int IdDigits = 12;

    private string Netns => Path.Combine(directory, "pod");

    /// <exception cref="CniException">A plugin failed, and was cleaned up if that was possible.</exception>
    /// <exception cref="IOException">The namespace could not be made.</exception>
    public async Task<NetworkNamespace> AttachAsync(NetworkConfiguration network, CancellationToken cancellationToken)
    {
        var id = IdPrefix + Convert.ToHexStringLower(Guid.NewGuid().ToByteArray())[..IdDigits];
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var made = NetworkNamespace.Create();
        try
        {
            made.MountAt(Netns);
            await client.AddAsync(network.Name, new Attachment(id, Netns, InterfaceName, Arguments(network, id)), cancellationToken);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>Detaches and removes every such namespace, of this run and of killed ones.</summary>
    /// <returns>What there was, and what could not be removed.</returns>
    public async Task<Removal> RemoveAsync(CancellationToken cancellationToken)
    {
        List<string> removed = [], problems = [];
        foreach (var stored in client.Attachments().Attachments.Where(IsOurs))
        {
            var what = $"attachment {stored.Id.ContainerId} on CNI network {stored.Id.NetworkName}";
            try
            {
                await client.DeleteAsync(stored.Id.NetworkName, stored.Attachment, cancellationToken);
                removed.Add(what);
            }
            catch (CniException failed)
            {
                problems.Add($"{what} is not cleaned up: {ErrorText.OneLine(failed.Message.TrimEnd('.'))}. Repeat cnm-cni test, or " +
                    $"cnm-cni cni del {stored.Id.NetworkName} {stored.Attachment.NetworkNamespace} " +
                    $"--container-id {stored.Id.ContainerId}.");
            }
        }

        // A DEL that has to be repeated needs it.
        if (problems.Count == 0 && Directory.Exists(directory))
        {
            if (File.Exists(Netns))
                removed.Add($"network namespace {Netns}");

            NetworkNamespace.Unmount(Netns);
            Directory.Delete(directory);
        }

        return new Removal(removed, problems);
    }

    private static bool IsOurs(StoredAttachment stored) => stored.Id.ContainerId.StartsWith(IdPrefix, StringComparison.Ordinal);

    // What plugins of some clouds need, Docker containers get the same.
    private static KeyValuePair<string, string>[] Arguments(NetworkConfiguration network, string id)
    {
        var known = new Dictionary<string, string> { [ValueTemplate.ContainerId] = id };
        return
        [
            .. CniArguments.Read(PodIdentity.Complete(new Dictionary<string, string>(), network), known, hint: "")
                .Select(argument => KeyValuePair.Create(argument.Key, argument.Value)),
        ];
    }
}

/// <param name="Removed">Noun phrases.</param>
/// <param name="Problems">What is left, in sentences.</param>
internal sealed record Removal(IReadOnlyList<string> Removed, IReadOnlyList<string> Problems)
{
    public Removal And(Removal other) => new([.. Removed, .. other.Removed], [.. Problems, .. other.Problems]);
}
