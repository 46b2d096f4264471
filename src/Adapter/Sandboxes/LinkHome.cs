namespace Bridge.Adapter.Sandboxes;

/// <summary>Where a link was when it was brought home.</summary>
internal enum LinkHome
{
    /// <summary>In the staging namespace already; or nothing is known that could be missing there.</summary>
    Home,

    /// <summary>In the host namespace, where Docker had put it back.</summary>
    Returned,

    /// <summary>Still in the sandbox.</summary>
    FetchedFromSandbox,

    /// <summary>In the sandbox, where the plugins made it; nothing was moved.</summary>
    InPlace,

    /// <summary>Nowhere: another link stands in for it, so that plugins which read addresses from the interface find them.</summary>
    StandIn,
}
