namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// How far an address or a route reaches, in the kernel's numbers (rt_scope_t); others than these are the administrator's own.
/// </summary>
internal enum RouteScope
{
    Universe = 0,
    Site = 200,
    Link = 253,
    Host = 254,
    Nowhere = 255,
}
