namespace Bridge.TestHosts.Pods;

/// <summary>A pod that works on its node.</summary>
/// <param name="Image">Its image, which the runtime has.</param>
/// <param name="Arguments">After the image's own entry point.</param>
/// <param name="Mounts">Directories of the node.</param>
/// <param name="IsPrivileged">With all rights.</param>
/// <param name="HasHostNetwork">In the node's network namespace.</param>
/// <param name="HasHostPid">In the node's process namespace.</param>
public sealed record NodePod(
    string Image, IReadOnlyList<string> Arguments, IReadOnlyList<NodeMount> Mounts, bool IsPrivileged, bool HasHostNetwork,
    bool HasHostPid);

/// <summary>A directory of the node in a container.</summary>
/// <param name="HostPath">On the node.</param>
/// <param name="ContainerPath">In the container.</param>
/// <param name="IsReadOnly">Only for reading.</param>
/// <param name="IsBidirectional">Mounts of the container appear on the node, and the other way round.</param>
public sealed record NodeMount(string HostPath, string ContainerPath, bool IsReadOnly, bool IsBidirectional);
